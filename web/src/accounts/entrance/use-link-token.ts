import { useLocation } from '@tanstack/react-router'

/** The one-time token of a link: in its fragment, which no server and no log gets to see. Empty for none. */
export const useLinkToken = (): string => useLocation({ select: ({ hash }) => hash.replace(/^#/, '') })
