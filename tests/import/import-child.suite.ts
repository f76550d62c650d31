/** The command line as a process of its own, to be killed. */
import { runCli } from '../../src/cli.ts'

const { stdin, stdout, stderr } = process
process.exitCode = await runCli(process.argv.slice(2), { stdin, stdout, stderr })
// The largest memory it had, for whoever reads along.
stderr.write(`maxRSS ${process.resourceUsage().maxRSS} KB\n`)
