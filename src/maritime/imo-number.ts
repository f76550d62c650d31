/**
 * True when the seven digits carry a correct check digit: Σ dᵢ·(8−i), i = 1…6, ends in the seventh
 * (IMO resolution A.1117(30)).
 */
export function isImoNumber(imo: number): boolean {
  if (!Number.isInteger(imo) || imo < 1_000_000 || imo > 9_999_999) return false
  const digits = String(imo)
  let sum = 0
  for (let i = 0; i < 6; i++) sum += Number(digits[i]) * (7 - i)
  return sum % 10 === Number(digits[6])
}
