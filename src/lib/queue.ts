/**
 * First in, first out, at constant cost: an array alone would move all its entries for each one taken.
 */
export class Queue<T> {
  private items: T[] = [];
  private head = 0;

  push(...items: readonly T[]): void {
    this.items.push(...items);
  }

  shift(): T | undefined {
    const item = this.items[this.head++];
    // Half of it is taken: what is left moves once, however many were taken.
    if (this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }

  /** Takes all. */
  drain(): T[] {
    const rest = this.items.slice(this.head);
    this.items = [];
    this.head = 0;
    return rest;
  }
}
