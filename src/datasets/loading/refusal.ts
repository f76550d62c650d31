import { LacydonError } from '../../errors.ts'

/**
 * A file that cannot be loaded, named by what it is: one sentence that says what it is and one that says what to do.
 * `code` is the name of the refusal, listed in docs/loading.md.
 */
export const refusal = (code: string, message: string, help: string, details?: Record<string, unknown>) =>
  new LacydonError(code, 422, message, { help, details })

/** A file that is cut short or damaged. */
export const damaged = (format: string, what: string) =>
  refusal(
    'file_damaged',
    `This ${format} file is damaged: ${what}.`,
    'Export or download it again, then load it.',
    {
      format,
    },
  )

/** More than this instance takes. */
export const tooLarge = (what: string, help = 'Split the data or leave out what is not needed.') =>
  refusal('load_limit', what, help)

/** An archive that unpacks to more than it may. */
export const archiveLimit = (what: string) =>
  refusal(
    'archive_limit',
    `This archive was not unpacked: ${what}.`,
    'Send the file itself, or a plain zip of it.',
  )
