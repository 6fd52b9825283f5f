minidns_test(architecture_checks
  SOURCES architecture/checks.cpp architecture/checks_test.cpp architecture/rules.cpp
  LABELS architecture
  TIMEOUT 60)

minidns_test(architecture_tree
  SOURCES architecture/checks.cpp architecture/rules.cpp architecture/source_tree.cpp architecture/tree_test.cpp
  LABELS architecture
  TIMEOUT 300)
target_compile_definitions(architecture_tree PRIVATE MINIDNS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
