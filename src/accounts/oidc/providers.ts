/** Identity providers from the file that OIDC_FILE names, completed by presets. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { invalidSetting } from '../../errors.ts'
import { type OrganisationRole, organisationRoles } from '../../http/principal.ts'
import { packageRoot } from '../../package-root.ts'
import { isKnownSecret } from '../known-secrets.ts'

const presetNames = ['oidc', 'proconnect', 'franceconnect'] as const
type PresetName = (typeof presetNames)[number]

interface Preset {
  name: string
  issuer?: string
  scopes: string[]
  /** Further parameters of the authorization request. */
  authorization: Record<string, string>
  pkce: 'always' | 'when-offered'
  tokenAuth: 'basic' | 'post'
  userinfoIsSigned: boolean
}

const presets: Record<PresetName, Preset> = JSON.parse(
  readFileSync(join(packageRoot, 'data/accounts/oidc-presets.json'), 'utf8'),
)

const closed = { additionalProperties: false }
const text = Type.String({ minLength: 1, maxLength: 2000 })
const ProviderFile = Type.Array(
  Type.Object(
    {
      id: Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' }),
      preset: Type.Optional(Type.Unsafe<PresetName>({ type: 'string', enum: [...presetNames] })),
      name: Type.Optional(text),
      issuer: Type.Optional(text),
      clientId: text,
      clientSecret: text,
      scopes: Type.Optional(Type.Array(text)),
      /** Level of assurance to ask for, such as `eidas1`. */
      acr: Type.Optional(text),
      /** Signature of ID tokens, and of userinfo where that is signed. Symmetric ones are not taken. */
      signature: Type.Optional(
        Type.Unsafe<string>({ type: 'string', enum: ['RS256', 'ES256', 'PS256', 'EdDSA'] }),
      ),
      /** Whether people without an account get one. It has no organisation, and so no rights. */
      makesAccounts: Type.Optional(Type.Boolean()),
      /** Claim that lists groups, and what each stands for here. */
      groupsClaim: Type.Optional(text),
      groups: Type.Optional(
        Type.Array(
          Type.Object(
            {
              group: text,
              organisation: text,
              role: Type.Unsafe<OrganisationRole>({ type: 'string', enum: [...organisationRoles] }),
            },
            closed,
          ),
        ),
      ),
    },
    closed,
  ),
  { maxItems: 20 },
)

export interface Provider extends Preset {
  id: string
  preset: PresetName
  issuer: string
  clientId: string
  clientSecret: string
  signature: string
  makesAccounts: boolean
  groupsClaim: string | undefined
  groups: { group: string; organisation: string; role: OrganisationRole }[]
}

/** Throws `invalid_setting` that names OIDC_FILE and what is wrong; never what a secret is. */
export function readProviders(file: string | undefined): Provider[] {
  if (file === undefined) return []
  const wrong = (expected: string) => invalidSetting('OIDC_FILE', file, expected)
  let given: unknown
  try {
    given = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw wrong('the path of a JSON file that can be read')
  }
  if (!Value.Check(ProviderFile, given)) {
    const [first] = Value.Errors(ProviderFile, given)
    throw wrong(
      `providers as docs/accounts.md describes (${first?.instancePath ?? ''} ${first?.message ?? ''})`,
    )
  }
  const ids = new Set(given.map(({ id }) => id))
  if (ids.size < given.length) throw wrong('providers with ids of their own')
  return given.map((each) => complete(each, wrong))
}

function complete(given: Static<typeof ProviderFile>[number], wrong: (expected: string) => Error): Provider {
  const { preset = 'oidc', acr, issuer = presets[preset].issuer, ...rest } = given
  if (issuer === undefined || !URL.canParse(issuer)) throw wrong(`an issuer for “${given.id}”`)
  const { protocol, hostname } = new URL(issuer)
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLocal))
    throw wrong(`an issuer of “${given.id}” that begins with https://`)
  if (isKnownSecret(given.clientSecret) || given.clientSecret.length < 8)
    throw wrong(`a clientSecret of “${given.id}” that is not one everybody tries first`)
  return {
    ...presets[preset],
    signature: 'RS256',
    makesAccounts: true,
    groupsClaim: undefined,
    groups: [],
    ...rest,
    authorization: { ...presets[preset].authorization, ...(acr !== undefined && acrParameter(preset, acr)) },
    preset,
    issuer,
  }
}

/** ProConnect takes a level as a claim, the others as acr_values. */
const acrParameter = (preset: PresetName, acr: string): Record<string, string> =>
  preset === 'proconnect'
    ? {
        claims: JSON.stringify({
          id_token: { amr: { essential: true }, acr: { essential: true, value: acr } },
        }),
      }
    : { acr_values: acr }
