const paths = {
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16.200 16.200 21 21',
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M15 5l-7 7 7 7',
  play: 'M8 5.500v13l11-6.500z',
  pause: 'M8 5v14M16 5v14',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2.500M12 19.500V22M2 12h2.500M19.500 12H22M4.900 4.900l1.800 1.800M17.300 17.300l1.800 1.800M19.100 4.900l-1.800 1.800M6.700 17.300l-1.800 1.800',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z',
  system: 'M4 5h16v11H4zM9 20h6M12 16v4',
  filter: 'M4 6h16M7 12h10M10 18h4',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700l-1.500 1.500M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700l1.500-1.500',
  download: 'M12 4v11M7.500 11l4.500 4.500 4.500-4.500M5 20h14',
  upload: 'M12 16V5M7.500 9.500L12 5l4.500 4.500M5 20h14',
  track: 'M5 19c0-6 5-4 7-8s1-6 7-6M5 19.500h.01M19 5h.01',
  target: 'M12 6a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM12 2v4M12 18v4M2 12h4M18 12h4',
  up: 'M6 15l6-6 6 6',
  down: 'M6 9l6 6 6-6',
  previous: 'M14 6l-6 6 6 6M19 6l-6 6 6 6',
  next: 'M10 6l6 6-6 6M5 6l6 6-6 6',
  warning: 'M12 4l9 16H3zM12 10v4.500M12 17.300v.01',
  place:
    'M12 21c4-5 6.500-8 6.500-11a6.500 6.500 0 0 0-13 0c0 3 2.500 6 6.500 11zM12 8a2.300 2.300 0 1 0 0 4.600A2.300 2.300 0 0 0 12 8z',
  antenna:
    'M12 11v10M8 15a5.500 5.500 0 0 1 0-8M16 15a5.500 5.500 0 0 0 0-8M5 18a10 10 0 0 1 0-14M19 18a10 10 0 0 0 0-14M12 11h.01',
} as const

/** A line drawing beside a text; never the only bearer of meaning. */
export function Icon({ name, size = 18 }: { name: keyof typeof paths; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={name === 'play' ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth="1.9"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  )
}
