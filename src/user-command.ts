import { join } from 'node:path'
import { pino } from 'pino'
import { AccountRecovery, resetLifeS } from './accounts/recovery.ts'
import { Accounts } from './accounts/service.ts'
import { accountMigrations } from './accounts/tables.ts'
import type { Command } from './cli.ts'
import { readConfig } from './config.ts'
import { openControl } from './engines/control/control.ts'
import { openDataFolder } from './engines/data-folder.ts'
import { invalidSetting, LacydonError } from './errors.ts'
import { findInstance } from './running-instance.ts'

/** `lacydon user reset ADDRESS`: for who owns the data folder, whether an instance runs on it or not. */
export const command: Command = {
  name: 'user reset',
  summary: 'make a link to choose a new password',
  usage: `
Usage: lacydon user reset ADDRESS [--data-dir PATH]

Prints a link by which the owner of a local account chooses a new password: good once, for ${resetLifeS / 60} minutes.
Ends every session of the account when it is used. A second factor stays.

Example:
  lacydon user reset amelie@port.example
`,
  async run(args, { stdout }) {
    const { address, settings } = readArguments(args)
    const instance = await findInstance(settings, undefined)
    const { token, home } = instance
      ? await askInstance(instance, address)
      : await openFolder(settings, address)
    stdout.write(`${home}/reset#${token}\n`)
    return 0
  },
}

function readArguments(args: readonly string[]): { address: string; settings: string[] } {
  const words: string[] = []
  const settings: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!
    if (arg === '--data-dir') settings.push(arg, args[++i] ?? '')
    else if (arg.startsWith('--data-dir=')) settings.push(arg)
    else words.push(arg)
  }
  const [address] = words
  if (address === undefined || words.length > 1)
    throw invalidSetting('ADDRESS', words.join(' '), 'the mail address of one account')
  return { address, settings }
}

async function askInstance(
  { address: home, fetch }: NonNullable<Awaited<ReturnType<typeof findInstance>>>,
  email: string,
): Promise<{ token: string; home: string }> {
  const answer = await fetch(`${home}/api/v1/accounts/resets`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email }),
  })
  const body = (await answer.json()) as { token?: string; title?: string; code?: string }
  if (!answer.ok || body.token === undefined)
    throw new LacydonError(body.code ?? 'refused', answer.status, body.title ?? 'The instance refused.')
  return { token: body.token, home }
}

async function openFolder(settings: string[], email: string): Promise<{ token: string; home: string }> {
  const config = readConfig(process.env, settings, process.cwd())
  const log = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: false }))
  const folder = openDataFolder(config.dataDir)
  try {
    const control = await openControl({
      ...(config.databaseUrl !== undefined && { url: config.databaseUrl }),
      file: join(folder.path, 'control.sqlite'),
      log,
    })
    try {
      const now = () => new Date()
      await control.migrate([accountMigrations])
      const memberships = { membershipsOf: async () => [] }
      const accounts = await Accounts.open({ control, memberships, now, allowsDemo: false })
      const recovery = new AccountRecovery({ accounts, control, now, mailReset: () => {} })
      const home = config.publicUrl ?? `http://${config.host}:${config.port}`
      return { token: await recovery.issueReset(email), home: home.replace(/\/$/, '') }
    } finally {
      await control.close()
    }
  } finally {
    folder.release()
  }
}
