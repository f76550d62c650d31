/** Time-based one-time codes (RFC 6238) and the recovery codes for who lost the device. */
import { Secret, TOTP } from 'otpauth'
import qrcode from 'qrcode-generator'
import type { ControlDb } from '../engines/control/control.ts'
import { conflict, LacydonError } from '../errors.ts'
import { hashOf, newCode } from './secrets.ts'
import type { AccountTables } from './tables.ts'

const stepS = 30
const recoveryCodes = 10
const purpose = 'recovery code'

export class SecondFactor {
  readonly #control: ControlDb
  readonly #now: () => Date

  constructor(control: ControlDb, now: () => Date) {
    this.#control = control
    this.#now = now
  }

  get #db() {
    return this.#control.db.withTables<AccountTables>()
  }

  /** A new secret that counts once a first code has confirmed it. Throws `conflict` when one is confirmed already. */
  async offer(user: string, email: string): Promise<{ secret: string; uri: string; qr: string }> {
    const current = await this.#row(user)
    if (current?.confirmed_at) throw conflict('This account has a second factor already: remove it first.')
    const secret = new Secret({ size: 20 })
    const values = { secret: secret.base32, confirmed_at: null, last_step: 0 }
    await this.#db
      .insertInto('account_totp')
      .values({ account_id: user, ...values })
      .onConflict((on) => on.column('account_id').doUpdateSet(values))
      .execute()
    const uri = new TOTP({ issuer: 'Lacydon', label: email, secret }).toString()
    const qr = qrcode(0, 'M')
    qr.addData(uri)
    qr.make()
    const svg = qr.createSvgTag({ cellSize: 4, margin: 16, scalable: true })
    return {
      secret: secret.base32,
      uri,
      qr: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`,
    }
  }

  /** Turns it on with a first code and answers the recovery codes, shown this once. */
  async confirm(user: string, code: string): Promise<string[]> {
    const row = await this.#row(user)
    if (!row || row.confirmed_at) throw conflict('There is no second factor to confirm.')
    if (!(await this.#takeCode(row, code))) throw wrongCode()
    const codes = Array.from({ length: recoveryCodes }, () => `${newCode(5)}-${newCode(5)}`)
    await this.#control.transaction<AccountTables, void>(async (trx) => {
      await trx
        .updateTable('account_totp')
        .set({ confirmed_at: this.#now().toISOString() })
        .where('account_id', '=', user)
        .execute()
      await trx.deleteFrom('account_recovery_code').where('account_id', '=', user).execute()
      for (const text of codes)
        await trx
          .insertInto('account_recovery_code')
          .values({ account_id: user, hash: hashOf(purpose, plain(text)), used_at: null })
          .execute()
    })
    return codes
  }

  /** True when the code is good: one of the device that was not taken before, or an unused recovery code. */
  async check(user: string, code: string): Promise<boolean> {
    const row = await this.#row(user)
    if (!row?.confirmed_at) return false
    if (await this.#takeCode(row, code)) return true
    const { numUpdatedRows } = await this.#db
      .updateTable('account_recovery_code')
      .set({ used_at: this.#now().toISOString() })
      .where('account_id', '=', user)
      .where('hash', '=', hashOf(purpose, plain(code)))
      .where('used_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async remove(user: string): Promise<void> {
    await this.#db.deleteFrom('account_totp').where('account_id', '=', user).execute()
    await this.#db.deleteFrom('account_recovery_code').where('account_id', '=', user).execute()
  }

  #row(user: string) {
    return this.#db.selectFrom('account_totp').selectAll().where('account_id', '=', user).executeTakeFirst()
  }

  /** One step of clock difference either way; of two requests with the same code one gets in (RFC 6238 §5.2). */
  async #takeCode(row: AccountTables['account_totp'], code: string): Promise<boolean> {
    const token = code.replace(/\s/g, '')
    if (!/^\d{6}$/.test(token)) return false
    const timestamp = this.#now().getTime()
    const totp = new TOTP({ secret: Secret.fromBase32(row.secret) })
    const delta = totp.validate({ token, timestamp, window: 1 })
    if (delta === null) return false
    const step = Math.floor(timestamp / 1000 / stepS) + delta
    const { numUpdatedRows } = await this.#db
      .updateTable('account_totp')
      .set({ last_step: step })
      .where('account_id', '=', row.account_id)
      .where('last_step', '<', step)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }
}

const plain = (code: string) => code.toLowerCase().replace(/[\s-]/g, '')

export const wrongCode = () =>
  new LacydonError('code_wrong', 401, 'This code is not right, or was used before.', {
    help: 'Wait for the next one.',
  })
