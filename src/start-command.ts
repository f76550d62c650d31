import type { Command } from './cli.ts'
import { describeSettings, readConfig } from './config.ts'

/** `lacydon start`: runs until SIGINT or SIGTERM, then stops cleanly. */
export const command: Command = {
  name: 'start',
  summary: 'run the platform',
  usage: `lacydon start [options]

Runs the platform on this machine: the demo port until an AIS source is given.
Each option is also an environment variable: --data-dir is DATA_DIR.

${describeSettings()}

  lacydon start --ais tcp://192.168.1.20:10110`,

  async run(args, { stdout }) {
    const config = readConfig(process.env, args, process.cwd())
    const { startLacydon } = await import('./main.ts')
    const stopped = stopSignal()
    const running = await startLacydon(config)
    stdout.write(`Lacydon answers at ${running.address}${config.demo ? ' (simulated demo port)' : ''}\n`)
    for (const notice of running.notices) stdout.write(`${notice}\n`)
    await stopped
    await running.close()
    return 0
  },
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    const onSignal = () => {
      if (asked) process.exit(130)
      asked = true
      resolve()
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}
