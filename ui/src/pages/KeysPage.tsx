// Settings › Keys.
import { KeyTable } from '@/features/keys/KeyTable'

export const KeysPage = () => <KeyTable />
