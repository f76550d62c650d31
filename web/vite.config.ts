import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { fakePort } from './dev/fake-port.ts'
import { precompress } from './precompress.ts'

export default defineConfig(({ command }) => {
  // Whoever builds, a test runner for one, the pages that are served are those of production.
  if (command === 'build') process.env.NODE_ENV = 'production'
  return {
    // `LACYDON_URL` develops the pages against a running server; without it an invented port answers.
    plugins: [
      react(),
      precompress(),
      ...(command === 'serve' && !process.env.LACYDON_URL ? [fakePort()] : []),
    ],
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
  }
})
