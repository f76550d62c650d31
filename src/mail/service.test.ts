import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ControlDb, openControl } from '../engines/control/control.ts'
import { anonymous, type Principal } from '../http/principal.ts'
import { Mailer } from './service.ts'
import { type SmtpServer, startSmtpServer } from './smtp-server.suite.ts'
import { mailMigrations } from './tables.ts'

let folder = ''
let control: ControlDb
let server: SmtpServer | undefined
const warnings: string[] = []
const log = { warn: (_details: Record<string, unknown>, message: string) => void warnings.push(message) }
const admin: Principal = {
  kind: 'user',
  session: 's',
  user: 'u',
  organisation: null,
  role: null,
  platformRoles: ['platform-admin'],
  endsAt: null,
}
const mailer = (smtpUrl?: string) =>
  new Mailer({
    control,
    smtpUrl,
    from: 'Lacydon <lacydon@port.example>',
    now: () => new Date('2026-03-01T08:00:00Z'),
    log,
  })

beforeEach(async () => {
  warnings.length = 0
  folder = mkdtempSync(join(tmpdir(), 'lacydon-mail-'))
  control = await openControl({ file: join(folder, 'control.sqlite'), log })
  await control.migrate([mailMigrations])
})
afterEach(async () => {
  await server?.close()
  server = undefined
  await control.close()
  rmSync(folder, { recursive: true })
})

describe('with a mail server', () => {
  test('a mail arrives there with its text, accents and all', async () => {
    server = await startSmtpServer()
    const mail = mailer(server.url)
    mail.send({ to: 'amelie@port.example', subject: 'Invitation à l’étang', text: 'Bonjour,\n.\nÀ bientôt' })
    await mail.close()
    expect(server.mails).toHaveLength(1)
    const [{ from, to, data }] = server.mails as [SmtpServer['mails'][0]]
    expect({ from, to }).toEqual({ from: 'lacydon@port.example', to: ['amelie@port.example'] })
    expect(data).toContain('Auto-Submitted: auto-generated')
    expect(data).toMatch(/=C3=80 bient=C3=B4t|w4AgYmllbnTDtHQ/)
  })

  test('a line end in subject or address makes no other header and no other recipient', async () => {
    server = await startSmtpServer()
    const mail = mailer(server.url)
    await mail.deliver({
      to: 'a@port.example',
      subject: 'x\r\nBcc: victim@evil.example\r\n\r\n<script>',
      text: 'y',
    })
    await mail.close()
    expect(server.mails[0]?.to).toEqual(['a@port.example'])
    expect(server.mails[0]?.data).not.toMatch(/^Bcc:/m)
  })

  test('what the server refuses is kept, and said once without the address', async () => {
    server = await startSmtpServer({ refuse: true })
    const mail = mailer(server.url)
    mail.send({ to: 'a@port.example', subject: 's', text: 't' })
    await mail.close()
    expect(warnings).toEqual(['a mail could not be sent'])
    expect((await mail.outbox(admin)).mails).toMatchObject([{ to: 'a@port.example', subject: 's' }])
  })
})

describe('without', () => {
  test('mails wait in the outbox, which only the administrator reads', async () => {
    const mail = mailer()
    mail.send({ to: 'a@port.example', subject: 'first', text: 't' })
    await mail.close()
    expect(await mail.outbox(admin)).toMatchObject({ isUsed: true, mails: [{ subject: 'first' }] })
    await expect(mail.outbox(anonymous)).rejects.toMatchObject({ status: 401 })
    await expect(mail.outbox({ ...admin, platformRoles: ['auditor'] })).rejects.toMatchObject({ status: 403 })
  })
})
