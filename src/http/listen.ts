import type { Config } from '../config.ts'
import { invalidSetting, LacydonError } from '../errors.ts'
import type { App } from './app.ts'

/** Listens and resolves to the address; what stands in the way is said in one sentence. */
export async function listen(app: App, { host, port, publicUrl }: Config): Promise<string> {
  try {
    const address = await app.listen({ host, port })
    return publicUrl ?? address
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') {
      throw new LacydonError(
        'port_in_use',
        409,
        `Port ${port} of ${host} is in use: stop what holds it, or give another one, such as --port ${port + 1}.`,
      )
    }
    if (code === 'EACCES')
      throw invalidSetting('PORT', String(port), 'a port this user may open, such as 8787')
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw invalidSetting('HOST', host, 'an address of this machine, such as 127.0.0.1 or 0.0.0.0')
    }
    throw error
  }
}

/** Where this very process listens, whatever address people use. */
export function boundAddress(app: App, address: string): string {
  const bound = app.server.address()
  if (bound === null || typeof bound === 'string') return address
  const host = bound.family === 'IPv6' && bound.address !== '::' ? '[::1]' : '127.0.0.1'
  return `http://${host}:${bound.port}`
}
