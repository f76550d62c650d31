import type { CodeLanguage } from '../address.ts'

/** What a question is made of, as code shows it. */
export interface Asked {
  origin: string
  /** Path of the records, from the root. */
  path: string
  /** In order; names may repeat. */
  parameters: readonly (readonly [string, string])[]
}

export const addressOf = ({ origin, path, parameters }: Asked): string => {
  const query = new URLSearchParams(parameters.map(([name, value]): [string, string] => [name, value]))
  const text = query.toString()
  return `${origin}${path}${text && `?${text}`}`
}

/** Single quotes of a shell end at the next one, whatever stands between. */
const shell = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
const quoted = (text: string) => JSON.stringify(text)

/** The same question in four languages: ready to run, nothing to install but what is named. */
export const codeSamples: Record<CodeLanguage, (asked: Asked) => string> = {
  curl: ({ origin, path, parameters }) =>
    [
      `curl -sG ${shell(origin + path)}`,
      ...parameters.map(([name, value]) => `  --data-urlencode ${shell(`${name}=${value}`)}`),
    ].join(' \\\n'),

  python: ({ origin, path, parameters }) =>
    `import requests
import pandas as pd

answer = requests.get(
    ${quoted(origin + path)},
    params=[
${parameters.map(([name, value]) => `        (${quoted(name)}, ${quoted(value)}),`).join('\n')}
    ],
)
answer.raise_for_status()
rows = pd.DataFrame(answer.json()["results"])
print(rows)`,

  r: ({ origin, path, parameters }) =>
    `library(httr2)

answer <- request(${quoted(origin + path)}) |>
  req_url_query(
${parameters.map(([name, value]) => `    \`${name}\` = ${quoted(value)}`).join(',\n')}
  ) |>
  req_perform() |>
  resp_body_json(simplifyVector = TRUE)
rows <- answer$results
print(rows)`,

  javascript: ({ origin, path, parameters }) =>
    `const question = new URLSearchParams([
${parameters.map(([name, value]) => `  [${quoted(name)}, ${quoted(value)}],`).join('\n')}
])
const answer = await fetch(${quoted(origin + path)} + '?' + question)
if (!answer.ok) throw new Error((await answer.json()).message)
const { total_count, results } = await answer.json()
console.log(total_count, results)`,
}
