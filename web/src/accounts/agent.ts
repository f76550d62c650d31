/** Browsers first whose word others borrow: Edge says Chrome, Chrome says Safari. */
const browsers = [
  ['Edge', /Edg(?:e|A|iOS)?\//],
  ['Opera', /OPR\//],
  ['Firefox', /(?:Firefox|FxiOS)\//],
  ['Chrome', /(?:Chrome|CriOS|HeadlessChrome)\//],
  ['Safari', /Safari\//],
  ['curl', /^curl\//],
] as const
const systems = [
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Android', /Android/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X/],
  ['ChromeOS', /CrOS/],
  ['Linux', /Linux/],
] as const

/** What a `User-Agent` header says in few words, `Firefox · Linux`; empty when nothing in it is known. */
export function agentName(agent: string): string {
  const found = [browsers, systems].map((names) => names.find(([, pattern]) => pattern.test(agent))?.[0])
  return found.filter((name) => name !== undefined).join(' · ')
}
