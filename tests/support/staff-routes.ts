import { sources } from './sources.ts';

/** What opens one load, action or handler of a staff page, as its source says. */
export interface StaffRoute {
	/** `/desk/cases/[id]`. */
	path: string;
	method: 'GET' | 'POST';
	/** A form action's name, if it is one. */
	action?: string;
	/** One of them is enough. */
	permissions: string[];
}

/** One permission as it stands, or the name of a list of some. */
const GUARD = /requireStaff\(\s*event,\s*(?:'([a-z.-]+)'|([A-Z]+))/g;

/** Every guarded place of the staff pages: each begins at its own word and ends at the next one. */
export function staffRoutes(): StaffRoute[] {
	const files = [
		...sources('src/routes/(staff)/**/+*server.ts'),
		...sources('src/routes/console/**/+*server.ts')
	];
	return files.flatMap(({ path, text }) => {
		const route = path.replace(/^src\/routes(\/\(staff\))?/, '').replace(/\/\+[a-z.]+$/, '');
		return [...text.matchAll(GUARD)].map(({ 1: one, 2: list = '', index }) => {
			const before = text.slice(0, index);
			const action = /^\t'?([\w-]+)'?: async/gm;
			const inActions = /export const actions\b/.test(before);
			const name = inActions ? [...before.matchAll(action)].at(-1)?.[1] : undefined;
			const posts = name !== undefined || /export const POST/.test(before);
			return {
				path: route,
				method: posts ? 'POST' : 'GET',
				...(name && { action: name }),
				permissions: one ? [one] : listed(text, list)
			};
		});
	});
}

/** The words of `const NAME = ['…', '…']`. */
function listed(text: string, name: string): string[] {
	const [, words = ''] = new RegExp(`const ${name} = \\[([^\\]]*)\\]`).exec(text) ?? [];
	return [...words.matchAll(/'([a-z.-]+)'/g)].map(([, word = '']) => word);
}
