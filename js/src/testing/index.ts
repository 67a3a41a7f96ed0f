// `tidemark/testing`: the contract suites of the ports, for stores and transports of your own.
export { stampAt, TestClock } from './clock.js';
export { type ContractReport, type ContractTest, runContract } from './contract.js';
export { storeContract } from './store-contract.js';
export { type OpenStore, type StoreDriver, Subject } from './store-driver.js';
