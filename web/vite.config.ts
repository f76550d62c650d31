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
      // The host stays that of the pages: the server takes changes from its own pages only.
      proxy: process.env.LACYDON_URL
        ? Object.fromEntries(
            ['/api', '/feeds', '/health'].map((path) => [
              path,
              { target: process.env.LACYDON_URL, changeOrigin: false },
            ]),
          )
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
