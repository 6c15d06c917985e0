import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const ignored = [
	'.svelte-kit/',
	'build/',
	'data/',
	'node_modules/',
	'test-results/',
	'tests/.cache/'
];

export default ts.config(
	{ ignores: ignored },
	{ linterOptions: { reportUnusedDisableDirectives: 'error' } },
	js.configs.recommended,
	ts.configs.recommendedTypeChecked,
	svelte.configs.recommended,
	{
		languageOptions: {
			globals: globals.node,
			parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] }
		},
		rules: {
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/no-misused-promises': 'error',
			'@typescript-eslint/consistent-type-imports': [
				'error',
				{ fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }
			],
			// Type stripping keeps `import { type X }` as an import that runs; `import type` it drops.
			'@typescript-eslint/no-import-type-side-effects': 'error',
			'@typescript-eslint/switch-exhaustiveness-check': [
				'error',
				{ considerDefaultExhaustiveForUnions: true }
			],
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
			'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
			// A port's methods are async whether or not one adapter of it has to wait.
			'@typescript-eslint/require-await': 'off',
			eqeqeq: 'error',
			'max-lines': ['error', { max: 400 }]
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: {
			globals: globals.browser,
			parserOptions: { parser: ts.parser, svelteConfig }
		},
		rules: {
			'svelte/no-at-html-tags': 'error',
			// No page runs under a base path, and forms post to addresses that the server made.
			'svelte/no-navigation-without-resolve': 'off'
		}
	},
	{
		files: ['src/routes/**/+*.server.ts', 'src/routes/**/+server.ts'],
		rules: { 'max-lines': ['error', { max: 60 }] }
	},
	{ files: ['src/lib/**', 'src/routes/**', 'src/hooks*'], rules: { 'no-console': 'error' } },
	{ files: ['**/*.js', '**/*.cjs'], extends: [ts.configs.disableTypeChecked] },
	{ files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
	{
		files: ['static/**/*.js', 'src/lib/ui/**/*.js'],
		languageOptions: { globals: globals.browser, sourceType: 'script' }
	}
);
