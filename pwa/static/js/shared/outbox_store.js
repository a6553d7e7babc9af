// What waits on this phone to be sent: one record for each, kept in IndexedDB so that page and service worker share it.

const DATABASE = "innovationsforum";

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("outbox", { keyPath: "uuid" });
      request.result.createObjectStore("drafts", { keyPath: "area" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// Runs one act on one store; resolves with its result when the transaction has reached the disk.
async function within(store, mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode, { durability: "strict" });
      const request = act(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const every = (store) => within(store, "readonly", (rows) => rows.getAll());
export const find = (store, key) => within(store, "readonly", (rows) => rows.get(key));
export const put = (store, record) => within(store, "readwrite", (rows) => rows.put(record));
export const remove = (store, key) => within(store, "readwrite", (rows) => rows.delete(key));
export const empty = (store) => within(store, "readwrite", (rows) => rows.clear());

// Changes some values of a record, and makes none of one that was deleted meanwhile. Resolves with the record as it is.
export const change = (store, key, values) =>
  within(store, "readwrite", (rows) => {
    const found = rows.get(key);
    found.onsuccess = () => found.result && rows.put(Object.assign(found.result, values));
    return found;
  });
