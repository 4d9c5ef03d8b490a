/** A chat endpoint that keeps the order it is given, 20 ms after it was asked. */
import { createServer } from 'node:http';

const content = Array.from({ length: 10 }, (_, index) => `[${index + 1}]`).join(' > ');
const answer = JSON.stringify({ choices: [{ message: { content } }] });
const server = createServer((request, response) => {
  request.resume().on('end', () => setTimeout(() => response.end(answer), 20));
}).listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}`));
process.on('disconnect', () => process.exit());
