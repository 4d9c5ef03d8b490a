/** How late a timer of 5 ms fires in this process, until the function that is returned is called. */

const tickMs = 5;

export function watchLoop() {
  const late = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    late.push(Math.max(0, now - last - tickMs));
    last = now;
  }, tickMs).unref();
  return () => {
    clearInterval(timer);
    late.sort((a, b) => a - b);
    const at = (share) => Number((late[Math.floor(late.length * share)] ?? 0).toFixed(2));
    return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: Number((late.at(-1) ?? 0).toFixed(2)), ticks: late.length };
  };
}
