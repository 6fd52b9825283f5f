minidns_fuzz(api_request SOURCES fuzz/api_request.cpp LINK minidns_api Boost::json)
if(NOT MINIDNS_FUZZ)
  # Of std::string's operator+ (GCC bug 105651), as in cmake/rooms.cmake.
  target_compile_options(fuzz_api_request_replay PRIVATE $<${optimized_gcc}:-Wno-array-bounds>)
endif()
