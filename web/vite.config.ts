import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { fakePort } from './dev/fake-port.ts'

export default defineConfig(({ command }) => ({
  // `LACYDON_URL` develops the pages against a running server; without it an invented port answers.
  plugins: [react(), ...(command === 'serve' && !process.env.LACYDON_URL ? [fakePort()] : [])],
  server: {
    fs: { allow: ['..'] },
    proxy: process.env.LACYDON_URL
      ? { '/api': process.env.LACYDON_URL, '/health': process.env.LACYDON_URL }
      : undefined,
  },
  build: {
    target: 'es2022',
    sourcemap: false,
    // The map is its own lazy chunk and larger than the warning's default on purpose.
    chunkSizeWarningLimit: 1100,
    assetsInlineLimit: 0,
  },
}))
