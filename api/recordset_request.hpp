#pragma once

#include "api/problem.hpp"
#include "api/recordset.hpp"

#include <string_view>

namespace minidns::api {

[[nodiscard]] Result<NewRecordset> parse_new_recordset(std::string_view body);
[[nodiscard]] Result<RecordsetChange> parse_recordset_change(std::string_view body);

}  // namespace minidns::api
