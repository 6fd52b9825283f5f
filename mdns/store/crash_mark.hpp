#pragma once

#include <string>

namespace minidns::mdns::store {

/// The file that says: this store killed the process (a truncated file that is mapped is a SIGBUS, a damaged page may
/// lead LMDB astray). It is made by a signal handler, and only if the thread was inside the store, so that a process
/// killed from outside doesn't lose its store.
///
/// From now on, for SIGBUS, SIGSEGV and SIGABRT; what handled them before still does. One file per process: a later
/// call replaces the path.
void mark_crashes_in(const std::string& file);

/// While one lives, its thread is inside the store. Cheap.
class InsideStore {
 public:
  InsideStore();
  ~InsideStore();
  InsideStore(const InsideStore&) = delete;
  InsideStore& operator=(const InsideStore&) = delete;
};

}  // namespace minidns::mdns::store
