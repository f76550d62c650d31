/** Invented organisations and accounts of the demo, one per role, with passwords made at each start. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Accounts } from '../accounts/service.ts'
import type { OrganisationRole, PlatformRole } from '../http/principal.ts'
import { packageRoot } from '../package-root.ts'
import type { OrganisationView } from './schema.ts'
import type { Organisations } from './service.ts'

export interface DemoAccount {
  email: string
  password: string
  name: string
  /** What to try it for: `steward, exemple-port`. */
  role: string
}

/** `.invalid` is no domain anybody can have (RFC 2606). */
const domain = 'demo.invalid'

function table(name: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(join(packageRoot, 'data/accounts', name), 'utf8')
    .trim()
    .split('\n')
  const columns = head.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [columns[i]!, value])))
}

/** Makes what is missing, gives every demo account a new password, and answers how to sign in. */
export async function openDemoAccounts(
  organisations: Organisations,
  accounts: Accounts,
): Promise<DemoAccount[]> {
  const known = new Set((await organisations.list()).map(({ id }) => id))
  for (const { id = '', name = '', kind } of table('demo-organisations.csv'))
    if (!known.has(id))
      await organisations.make(
        { name, kind: kind as OrganisationView['kind'] },
        { id, status: 'active', isExample: true },
      )
  const opened: DemoAccount[] = []
  for (const { login, name = '', organisation = '', role = '', platform_role = '' } of table(
    'demo-people.csv',
  )) {
    const email = `${login}@${domain}`
    const { id, password } = await accounts.openDemo({
      email,
      name,
      platformRole: platform_role as PlatformRole | '',
    })
    if (organisation !== '') await organisations.members.ensure(id, organisation, role as OrganisationRole)
    opened.push({ email, password, name, role: platform_role || `${role}, ${organisation}` })
  }
  return opened
}
