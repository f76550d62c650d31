/** Mail to people: by the mail server that is set, or kept in an outbox that the administrator reads. */
import { randomUUID } from 'node:crypto'
import { createTransport } from 'nodemailer'
import type { ControlDb } from '../engines/control/control.ts'
import { invalidSetting } from '../errors.ts'
import { platform, requireRight } from '../http/abilities.ts'
import type { Principal } from '../http/principal.ts'
import type { Outbox } from './schema.ts'
import type { MailTables } from './tables.ts'

export interface Mail {
  /** One address. */
  to: string
  subject: string
  /** Plain text: there is nothing to render, so nothing to inject. */
  text: string
}

export interface MailOptions {
  control: ControlDb
  /** `smtp://user:password@host:587` or `smtps://…`; undefined for the outbox. */
  smtpUrl: string | undefined
  /** Sender, such as `Lacydon <lacydon@port.example>`. */
  from: string
  now: () => Date
  log: { warn(details: Record<string, unknown>, message: string): void }
}

const outboxDays = 30
const outboxMails = 1_000
const timeoutMs = 15_000

interface Transport {
  sendMail(mail: Mail & { from: string; headers: Record<string, string> }): Promise<unknown>
  close(): void
}

export class Mailer {
  readonly #options: MailOptions
  readonly #transport: Transport | undefined
  readonly #sending = new Set<Promise<void>>()

  /** Throws `invalid_setting` for an address of a mail server that cannot be. */
  constructor(options: MailOptions) {
    this.#options = options
    this.#transport = options.smtpUrl === undefined ? undefined : openTransport(options.smtpUrl)
  }

  get hasServer(): boolean {
    return this.#transport !== undefined
  }

  /**
   * Sends without being waited for: how long it takes, and whether it works, tells nobody whether an address has an
   * account. What fails is logged without the address and kept in the outbox.
   */
  send(mail: Mail): void {
    const sending = this.deliver(mail)
      .catch(async (error: Error) => {
        this.#options.log.warn({ error: error.message.slice(0, 200) }, 'a mail could not be sent')
        await this.#keep(mail)
      })
      .catch((error: Error) => this.#options.log.warn({ error: error.message }, 'a mail was lost'))
    this.#sending.add(sending)
    void sending.finally(() => this.#sending.delete(sending))
  }

  /** Sends, or keeps in the outbox; rejects when the server does not take it. */
  async deliver(mail: Mail): Promise<void> {
    const plain = { to: oneLine(mail.to), subject: oneLine(mail.subject), text: mail.text }
    if (this.#transport === undefined) return this.#keep(plain)
    await this.#transport.sendMail({
      ...plain,
      from: this.#options.from,
      // No answer of an absent person's program comes back (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
  }

  /** Newest first. Throws 401 or 403 unless the principal runs the platform. */
  async outbox(principal: Principal): Promise<Outbox> {
    requireRight(principal, 'outbox:read', platform)
    const rows = await this.#db
      .selectFrom('outbox_mail')
      .selectAll()
      .orderBy('created_at', 'desc')
      .limit(200)
      .execute()
    return {
      isUsed: !this.hasServer,
      mails: rows.map(({ id, recipient, subject, text, created_at }) => ({
        id,
        to: recipient,
        subject,
        text,
        createdAt: created_at,
      })),
    }
  }

  /** Mails in the outbox for one address: subject and time, for its owner's own export. */
  async keptFor(email: string): Promise<{ subject: string; createdAt: string }[]> {
    const rows = await this.#db
      .selectFrom('outbox_mail')
      .select(['subject', 'created_at'])
      .where('recipient', '=', oneLine(email))
      .orderBy('created_at')
      .execute()
    return rows.map(({ subject, created_at }) => ({ subject, createdAt: created_at }))
  }

  async forget(email: string): Promise<void> {
    await this.#db.deleteFrom('outbox_mail').where('recipient', '=', oneLine(email)).execute()
  }

  /** Resolves once everything given to `send` is away. */
  async flush(): Promise<void> {
    await Promise.all(this.#sending)
  }

  async close(): Promise<void> {
    await this.flush()
    this.#transport?.close()
  }

  get #db() {
    return this.#options.control.db.withTables<MailTables>()
  }

  async #keep({ to, subject, text }: Mail): Promise<void> {
    const now = this.#options.now()
    const oldest = new Date(now.getTime() - outboxDays * 86_400_000)
    await this.#db.deleteFrom('outbox_mail').where('created_at', '<', oldest.toISOString()).execute()
    const kept = await this.#db
      .selectFrom('outbox_mail')
      .select('id')
      .orderBy('created_at', 'desc')
      .offset(outboxMails - 1)
      .limit(100)
      .execute()
    if (kept.length > 0)
      await this.#db
        .deleteFrom('outbox_mail')
        .where(
          'id',
          'in',
          kept.map(({ id }) => id),
        )
        .execute()
    await this.#db
      .insertInto('outbox_mail')
      .values({ id: randomUUID(), recipient: to, subject, text, created_at: now.toISOString() })
      .execute()
  }
}

/** A header is one line: what follows a line end would be another header. */
const oneLine = (text: string) => text.replace(/[\r\n\0]+/g, ' ').slice(0, 500)

function openTransport(url: string): Transport {
  const { protocol, hostname, port, username, password } = new URL(url)
  if (hostname === '') throw invalidSetting('SMTP_URL', url, 'the address of a mail server')
  return createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (protocol === 'smtps:' ? 465 : 587) : Number(port),
    secure: protocol === 'smtps:',
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
      // A password never travels in clear.
      requireTLS: protocol === 'smtp:',
    }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}
