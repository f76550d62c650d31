import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { runChild, tail } from './child.mjs'
import { fingerprint } from './fingerprint.mjs'
import { StepError } from './step.mjs'

/** @typedef {{ title: string, output: string, proof: string, hash: () => string, build: (output: string) => string[] }} Target */

/** All that the product is built from. @param {string} root @returns {import('./step.mjs').Step[]} */
export const buildSteps = (root) => [
  buildServerStep(root),
  ...(existsSync(join(root, 'web/index.html')) ? [buildWebStep(root)] : []),
]

/** @param {string} path */
const isSource = (path) => !/\.(test|suite)\.tsx?$/.test(path)

/** The server: TypeScript to dist/. @param {string} root @returns {import('./step.mjs').Step} */
const buildServerStep = (root) =>
  buildStep(root, {
    title: 'Building the server',
    output: 'dist',
    proof: 'src/cli.js',
    hash: () =>
      fingerprint(
        root,
        ['src', 'simulator', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
        isSource,
      ),
    build: (output) => ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', output],
  })

/** The pages: web/ to web/dist. @param {string} root @returns {import('./step.mjs').Step} */
const buildWebStep = (root) =>
  buildStep(root, {
    title: 'Building the pages',
    output: 'web/dist',
    proof: 'index.html',
    hash: () =>
      fingerprint(
        root,
        ['web', 'src', 'data', 'package-lock.json'],
        (path) => isSource(path) && (!path.startsWith('src/') || path.endsWith('/schema.ts')),
      ),
    build: (output) => [
      'node_modules/vite/bin/vite.js',
      'build',
      'web',
      '--outDir',
      relative('web', output),
      '--emptyOutDir',
      '--logLevel',
      'warn',
    ],
  })

/**
 * Builds beside and swaps, so that a server that runs from the old build never sees half a new one.
 * @param {string} root
 * @param {Target} target
 * @returns {import('./step.mjs').Step}
 */
function buildStep(root, target) {
  const output = join(root, target.output)
  const isCurrent = (/** @type {string} */ hash) =>
    existsSync(join(output, target.proof)) && readStamp(output) === hash
  return {
    title: () => (isCurrent(target.hash()) ? undefined : target.title),
    run: async () => {
      const hash = target.hash()
      const next = `${target.output}.next`
      rmSync(join(root, next), { recursive: true, force: true })
      const { code, output: printed } = await runChild(process.execPath, target.build(next), {
        cwd: root,
        env: { NODE_ENV: 'production' },
      })
      if (code !== 0) throw new StepError(`${target.title} failed:\n${tail(printed)}`)
      writeFileSync(join(root, next, '.fingerprint'), hash)
      swap(join(root, next), output)
    },
  }
}

/** @param {string} output */
function readStamp(output) {
  try {
    return readFileSync(join(output, '.fingerprint'), 'utf8')
  } catch {
    return ''
  }
}

/** @param {string} next @param {string} current */
function swap(next, current) {
  const previous = `${current}.previous`
  rmSync(previous, { recursive: true, force: true })
  if (existsSync(current)) renameSync(current, previous)
  renameSync(next, current)
  rmSync(previous, { recursive: true, force: true })
}
