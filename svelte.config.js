import adapter from '@sveltejs/adapter-node';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

// Folders outside src that hold TypeScript of ours, relative to .svelte-kit/.
const included = ['../migrations/**/*.ts', '../*.config.ts'];

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess({ script: true }),
	compilerOptions: {
		runes: ({ filename }) => (filename.includes('node_modules') ? undefined : true)
	},
	kit: {
		adapter: adapter({ out: 'build', precompress: false }),
		// A customer page is one response: every stylesheet goes into the page itself.
		inlineStyleThreshold: 1_000_000,
		// The own check in hooks.server.ts covers every content type and knows the public origin.
		csrf: { trustedOrigins: ['*'] },
		csp: {
			mode: 'nonce',
			directives: {
				'default-src': ['none'],
				'script-src': ['self'],
				'style-src': ['self'],
				// The style of SvelteKit's own page announcer, on pages that send its script.
				'style-src-attr': ['unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
				'img-src': ['self', 'data:'],
				'connect-src': ['self'],
				'form-action': ['self'],
				'frame-ancestors': ['none'],
				'base-uri': ['none']
			}
		},
		typescript: {
			config: (config) => ({ ...config, include: [...config.include, ...included] })
		}
	}
};
