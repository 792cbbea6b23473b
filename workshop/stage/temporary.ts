/**
 * Does something in whose course this process's temporary files go into that folder, and not into
 * the system's: there they stay when a process is killed.
 */
export async function withTemporaryFolder<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    return await act();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}
