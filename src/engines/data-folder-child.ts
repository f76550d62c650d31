import { openDataFolder } from './data-folder.ts'

/** Run by the tests in processes of their own: takes the folder, says how that went, and stays until killed. */
try {
  openDataFolder(process.argv[2]!)
  process.stdout.write('open\n')
  process.stdin.resume()
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`)
}
