import { fileURLToPath } from 'node:url'
import { invalidSetting } from '../../errors.ts'
import type { BlobStore } from './files.ts'
import { openFolderFiles } from './folder.ts'

/**
 * The file store that FILES_URL names: none or `file://…` is a folder. Throws `invalid_setting` for `s3:`, which is
 * not yet served, and for anything else.
 */
export function openFiles(options: { url?: string; folder: string }): Promise<BlobStore> {
  if (!options.url) return openFolderFiles(options.folder)
  const url = URL.canParse(options.url) ? new URL(options.url) : undefined
  if (url?.protocol === 'file:') return openFolderFiles(fileURLToPath(url))
  const shown = url ? `${url.protocol}//${url.host}` : options.url
  throw invalidSetting('FILES_URL', shown, 'nothing or file:///a/folder: files on S3 are not yet served')
}
