import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './server.ts';

/** Makes the demo company once; every server of the run works on a copy. */
export default async function globalSetup(): Promise<() => void> {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-demo-'));
    await run(join(folder, 'demo.db'), 'demo');
    process.env.TRIBUTARY_DEMO = folder;
    return () => rmSync(folder, { recursive: true, force: true });
}
