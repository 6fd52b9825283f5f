minidns_fuzz(api_request SOURCES fuzz/api_request.cpp LINK minidns_api Boost::json)
