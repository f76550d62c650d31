import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runChild, tail } from './child.mjs'
import { StepError } from './step.mjs'

/**
 * Programs that only tests use, by Debian package; `also` are packages they are poor without.
 * @typedef {{ name: string, also?: string[], programs: string[], purpose: string }} SystemPackage
 * @type {SystemPackage[]}
 */
export const systemPackages = [
  { name: 'chromium', also: ['fonts-liberation'], programs: ['chromium'], purpose: 'the browser journeys' },
  { name: 'postgresql', programs: ['initdb'], purpose: 'the control store on PostgreSQL' },
  { name: 'nats-server', programs: ['nats-server'], purpose: 'the bus on NATS JetStream' },
  { name: 'gdal-bin', programs: ['ogrinfo'], purpose: 'reading our files back with GDAL' },
]

/** Packages none of whose programs is found. @returns {SystemPackage[]} */
export function missingSystemPackages() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', ...postgresFolders()]
  return systemPackages.filter(
    ({ programs }) =>
      !programs.some((program) => folders.some((folder) => existsSync(join(folder, program)))),
  )
}

/** Debian keeps the servers of PostgreSQL off the PATH, one folder a version. */
function postgresFolders() {
  const base = '/usr/lib/postgresql'
  return existsSync(base) ? readdirSync(base).map((version) => join(base, version, 'bin')) : []
}

/** Whether this is Debian itself and we may install: names and defaults of derivatives differ. */
export function canInstallSystemPackages() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/etc/os-release')) return false
  return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
}

/** Installs the missing ones where that is possible. @returns {import('./step.mjs').Step} */
export function systemPackagesStep() {
  return {
    title: () => {
      const names = missingSystemPackages().map(({ name }) => name)
      return canInstallSystemPackages() && names.length > 0
        ? `Installing ${names.join(', ')} with apt (for tests only)`
        : undefined
    },
    run: async (say) => {
      const wanted = missingSystemPackages()
      await apt(['update'])
      await withoutStartingServices(async () => {
        if (wanted.some(({ name }) => name === 'postgresql')) {
          await apt(['install', 'postgresql-common'])
          preventMainCluster()
        }
        for (const { name, also = [] } of wanted) {
          await apt(['install', name, ...also])
          say(`${name} installed`)
        }
      })
    },
  }
}

/** @param {string[]} args */
async function apt([verb = '', ...rest]) {
  const { code, output } = await runChild('apt-get', [verb, '-y', '-q', '--no-install-recommends', ...rest], {
    cwd: '/',
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (code !== 0) throw new StepError(`apt-get ${verb} ${rest.join(' ')} failed:\n${tail(output, 15)}`)
}

/** The tests start PostgreSQL themselves, in a temporary folder: the machine needs no server of its own. */
function preventMainCluster() {
  const path = '/etc/postgresql-common/createcluster.conf'
  const settings = existsSync(path) ? readFileSync(path, 'utf8') : ''
  if (!/^\s*create_main_cluster\s*=/m.test(settings)) appendFileSync(path, '\ncreate_main_cluster = false\n')
}

/**
 * Debian asks /usr/sbin/policy-rc.d before a package starts its service; 101 answers no.
 * @param {() => Promise<void>} work
 */
async function withoutStartingServices(work) {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return work()
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  const remove = () => rmSync(policy, { force: true })
  process.once('exit', remove)
  try {
    await work()
  } finally {
    process.off('exit', remove)
    remove()
  }
}
