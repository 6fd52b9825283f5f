minidns_test(api_unit
  SOURCES
    unit/api_fakes.cpp
    unit/api_fakes_control.cpp
    unit/api_fakes_dnssec.cpp
    unit/api_fakes_sync.cpp
    unit/api_fakes_views.cpp
    unit/api_json_text.cpp
    unit/api_list_query.cpp
    unit/api_openapi.cpp
    unit/api_recordset_request.cpp
    unit/api_admin_requests.cpp
    unit/api_dnssec.cpp
    unit/api_render.cpp
    unit/api_scope.cpp
    unit/api_service.cpp
    unit/api_socket_address.cpp
    unit/api_target.cpp
    unit/api_zone_request.cpp
  LINK minidns_api Boost::json
  LABELS unit
  TIMEOUT 60)


minidns_test(api_server
  SOURCES
    harness/wait.cpp
    unit/api_fakes.cpp
    unit/api_fakes_control.cpp
    unit/api_fakes_dnssec.cpp
    unit/api_fakes_sync.cpp
    unit/api_fakes_views.cpp
    unit/api_http_client.cpp
    unit/api_running_server.cpp
    unit/api_server.cpp
    unit/api_server_limits.cpp
    unit/api_server_shutdown.cpp
  LINK minidns_api Boost::json
  LABELS unit
  TIMEOUT 120)
