/** Scrolls a list of links so far that the one of this page is seen. */
export function showCurrent(list: HTMLElement | null): void {
  list?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}
