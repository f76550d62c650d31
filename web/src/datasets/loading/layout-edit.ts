import type { TextLayout } from '../../../../src/datasets/loading/schema.ts'

/** Delimiters that have a name; any other character of ASCII that is no letter, digit or sign does as well. */
export const delimiters = { semicolon: ';', comma: ',', tab: '\t', pipe: '|', space: ' ' } as const
export type DelimiterName = keyof typeof delimiters

export const delimiterName = (mark: string): DelimiterName | undefined =>
  (Object.keys(delimiters) as DelimiterName[]).find((name) => delimiters[name] === mark)

/** Line of the header counted from 1; 0 for none. */
export const headerLineOf = ({ hasHeader, skipLines }: TextLayout): number => (hasHeader ? skipLines : 0)

/** Rows begin on the line after the header; lines above it are left out. */
export const withHeaderLine = (layout: TextLayout, line: number): TextLayout => ({
  ...layout,
  hasHeader: line > 0,
  skipLines: line,
})

/** Whether the server would read a file by it. */
export const isReadable = ({ delimiter, quote, skipLines }: TextLayout): boolean =>
  /^[^\w+\-\P{ASCII}]$/u.test(delimiter) &&
  delimiter !== quote &&
  Number.isInteger(skipLines) &&
  skipLines >= 0
