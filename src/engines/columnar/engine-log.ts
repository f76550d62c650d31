/** What an engine tells beside its answers: pino's shape. */
export interface EngineLog {
  info(details: object, text: string): void
  warn(details: object, text: string): void
  error(details: object, text: string): void
}

export const silentLog: EngineLog = { info() {}, warn() {}, error() {} }
