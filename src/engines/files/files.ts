/** Files: uploads, versions as Parquet, assets. A local folder by default, S3 when FILES_URL says so. */
export interface StoredFile {
  key: string
  sizeBytes: number
  modifiedAt: string
}

/** Keys are slash-separated names of [A-Za-z0-9._=-]; no empty, `.` or `..` part. Anything else is `invalid_input`. */
export interface BlobStore {
  /** All or nothing: a reader never sees half a file. Returns size and sha256 (hex) of what was stored. */
  put(
    key: string,
    data: AsyncIterable<Uint8Array> | Uint8Array,
  ): Promise<{ sizeBytes: number; sha256: string }>
  /** Bytes [start, end) of the file, all of it by default. Throws `not_found`. */
  get(key: string, range?: { start: number; end?: number }): AsyncIterable<Uint8Array>
  stat(key: string): Promise<StoredFile>
  /** Deleting a missing key is not an error. */
  delete(key: string): Promise<void>
  list(prefix: string): AsyncIterable<StoredFile>
  health(): Promise<{ engine: 'folder' | 's3'; ok: boolean; message: string }>
}
