import type { WorkflowView } from '../../contracts/api.ts';
import type { Parts } from '../parts.ts';
import { getWorkflow } from './get-workflow.ts';
import { listWorkflows } from './list-workflows.ts';

/**
 * A published workflow for examples that everybody may read, if possible one whose cases need facts.
 * None in production: which workflows there are is for keys with the scope `workflows:read`.
 */
export async function exampleWorkflow(
	parts: Pick<Parts, 'db' | 'config'>
): Promise<WorkflowView | undefined> {
	if (parts.config.env === 'production') return undefined;
	const { workflows } = await listWorkflows(parts);
	const found = await Promise.all(workflows.map(({ key }) => getWorkflow(parts, key)));
	const views = found.flatMap((one) => (one.ok ? one.value : []));
	return views.find(({ facts }) => facts.some(({ required }) => required)) ?? views[0];
}
