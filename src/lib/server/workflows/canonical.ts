import type { WorkflowDocument } from '../../domain/workflow/document.ts';

/** JSON with sorted keys and no spaces: one text for one content, so that it can be hashed. */
function canonicalJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	const members = Object.entries(value)
		.filter(([, member]) => member !== undefined)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
	return `{${members.join(',')}}`;
}

/** One text for one content. The order of the actions is content: it is the order of the choices. */
export const canonicalContent = ({ actions, ...rest }: WorkflowDocument): string =>
	canonicalJson({ ...rest, actions: Object.entries(actions) });
