import { sources } from './sources.ts';

/** What opens one load, action or handler of a staff page, as its source says. */
export interface StaffRoute {
	/** `/desk/cases/[id]`. */
	path: string;
	method: 'GET' | 'POST';
	/** A form action's name, if it is one. */
	action?: string;
	permission: string;
}

const GUARD = /requireStaff\(\s*event,\s*'([a-z.-]+)'/g;

/** Every guarded place of the staff pages: each begins at its own word and ends at the next one. */
export function staffRoutes(): StaffRoute[] {
	return sources('src/routes/(staff)/**/+*server.ts').flatMap(({ path, text }) => {
		const route = path.replace(/^src\/routes\/\(staff\)/, '').replace(/\/\+[a-z.]+$/, '');
		return [...text.matchAll(GUARD)].map(({ 1: permission = '', index }) => {
			const before = text.slice(0, index);
			const action = /^\t'?([\w-]+)'?: async/gm;
			const inActions = before.includes('export const actions');
			const name = inActions ? [...before.matchAll(action)].at(-1)?.[1] : undefined;
			const posts = name !== undefined || /export const POST/.test(before);
			return {
				path: route,
				method: posts ? 'POST' : 'GET',
				...(name && { action: name }),
				permission
			};
		});
	});
}
