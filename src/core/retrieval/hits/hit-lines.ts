/**
 * What the line numbers of a hit say. A record (CSV row, JSON line) has the lines of its place in the file, but its text is
 * not those lines; a docling document has numbered items, not lines.
 */
import type { Hit } from './hit.ts';

type Placed = Pick<Hit, 'startLine' | 'endLine' | 'text' | 'chunker' | 'language'>;

/** The file can be opened at `startLine`. */
export const hasPlaceInFile = (hit: Placed): boolean => hit.startLine > 0 && !isDocling(hit);

/** The text is the file's lines from `startLine` to `endLine`, one by one. */
export const isLinesOfFile = (hit: Placed): boolean =>
  hasPlaceInFile(hit) && hit.chunker !== 'record' && linesOf(hit.text).length === hit.endLine - hit.startLine + 1;

/** Without line breaks; the break at the end begins no further line. */
export const linesOf = (text: string): string[] => text.replace(/\r?\n$/, '').split(/\r?\n/);

/** `guide/a.md:3-5`; the path alone where there is no such place. */
export const placeOf = (hit: Placed & Pick<Hit, 'path'>): string =>
  hasPlaceInFile(hit) ? `${hit.path}:${hit.startLine}-${hit.endLine}` : hit.path;

const isDocling = ({ chunker, language }: Placed): boolean => chunker === 'docling' || language === 'docling';
