target_sources(minidns_mdns PRIVATE
  store/crash_mark.cpp
  store/file_heads.cpp
  store/folder.cpp
  store/lmdb.cpp
  store/local_store.cpp
  store/octets.cpp
  store/records.cpp
  store/store_file.cpp
  store/store_writer.cpp
  store/write_queue.cpp
  store/writing.cpp
  store/written_contents.cpp
)
target_link_libraries(minidns_mdns PRIVATE ${LMDB_LIBRARY})
