import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { categories } from '../vessels/address.ts'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')

/** Custom properties of the first block that opens with `selector`. */
function tokensOf(selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split('}')[0] ?? ''
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]),
  )
}

const schemes = {
  light: tokensOf(':root'),
  dark: { ...tokensOf(':root'), ...tokensOf(':root[data-mantine-color-scheme="dark"]') },
}

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const value = Number.parseInt(hex.slice(1), 16)
  const [r, g, b] = [value >> 16, (value >> 8) & 255, value & 255].map((channel) => {
    const share = channel / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

const contrast = (a: string, b: string) => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

describe.each(Object.entries(schemes))('the %s colours', (_name, token) => {
  it.each([
    ['ink', 'paper'],
    ['ink', 'card'],
    ['ink', 'sea'],
    ['ink', 'land'],
    ['ink', 'blue-soft'],
    ['ink-2', 'paper'],
    ['ink-2', 'card'],
    ['ink-2', 'land'],
    ['ink-2', 'blue-soft'],
    ['blue', 'card'],
    ['on-blue', 'blue'],
    ['card', 'coral'],
    ['coral', 'card'],
    ['ochre', 'card'],
    ['ochre', 'ochre-soft'],
    ['name-water', 'sea'],
    ['green', 'land'],
  ])('let %s be read on %s', (text, ground) => {
    expect(contrast(token[text]!, token[ground]!)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(categories)('let a mark of type %s be seen on the sea', (category) => {
    expect(contrast(token[`type-${category}`]!, token.sea!)).toBeGreaterThanOrEqual(3)
  })
})
