/**
 * How many batches are on their way: additive increase, multiplicative decrease.
 */
import { describe, expect, test } from 'vitest';
import { createWindow } from '../../../src/core/qdrant/upload/window.ts';

const plenty = { freeBytes: () => 1e12 };
const grown = (largest: number) => {
  const window = createWindow({ largest, ...plenty });
  for (let answer = 0; answer < 100; answer++) window.succeeded(10);
  return window;
};

describe('the window', () => {
  test('starts with two, or with one where no more are allowed', () => {
    expect(createWindow({ largest: 4, ...plenty }).size).toBe(2);
    expect(createWindow({ largest: 1, ...plenty }).size).toBe(1);
  });
  test('grows by one after each round of good answers, up to its limit', () => {
    const window = createWindow({ largest: 4, ...plenty });
    const sizes = Array.from({ length: 8 }, () => {
      window.succeeded(10);
      return window.size;
    });
    expect(sizes).toEqual([2, 3, 3, 3, 4, 4, 4, 4]);
  });
  test('is halved when a request is turned away, and never below one', () => {
    const window = grown(8);
    const sizes = Array.from({ length: 5 }, () => {
      window.failed();
      return window.size;
    });
    expect(sizes).toEqual([4, 2, 1, 1, 1]);
  });
  test('loses one when an answer takes far longer than the fastest', () => {
    const window = grown(4);
    window.succeeded(5_000);
    expect(window.size).toBe(3);
  });
  test('keeps its size when answers are slow as ever', () => {
    const window = createWindow({ largest: 4, ...plenty });
    for (let answer = 0; answer < 20; answer++) window.succeeded(5_000);
    expect(window.size).toBe(4);
  });
  test('is one while memory is short, and grows again after', () => {
    let free = 1e6;
    const window = createWindow({ largest: 4, freeBytes: () => free });
    expect([window.yieldToMemory(), window.size]).toEqual([true, 1]);
    free = 1e12;
    expect(window.yieldToMemory()).toBe(false);
    window.succeeded(10);
    expect(window.size).toBe(2);
  });
});
