target_sources(minidns_dns PRIVATE
  snapshot/authoritative.cpp
  snapshot/axfr_source.cpp
  snapshot/builder.cpp
  snapshot/checked_rrset.cpp
  snapshot/chunk.cpp
  snapshot/chunk_tree.cpp
  snapshot/chunk_writer.cpp
  snapshot/cursor.cpp
  snapshot/diff.cpp
  snapshot/edit.cpp
  snapshot/ixfr_answer.cpp
  snapshot/place.cpp
  snapshot/region.cpp
  snapshot/tree_assembler.cpp
  snapshot/tree_editor.cpp
  snapshot/zone_snapshot.cpp
)
