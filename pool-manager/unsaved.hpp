#pragma once

#include "dns/name.hpp"
#include "storage/nameserver_work.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace minidns::pool {

/// What a worker has learnt and not saved yet: the newest exception and the newest confirmation of each name. A save
/// that failed is put back beneath what came since.
class Unsaved {
 public:
  void except(storage::TaskWrite write);
  void confirm(const dns::Name& name, std::int64_t seq);
  void set_reachable(bool reachable, std::string last_error);
  /// What all zones that are there have been transferred as, and are configured with; nothing: that isn't known yet.
  void set_swept(const std::optional<storage::ContentMark>& content, const std::optional<Bytes>& upstream) {
    swept_ = true;
    content_ = content ? content : content_;
    upstream_ = upstream ? upstream : upstream_;
  }
  void set_catch_up(std::int64_t through) { catch_up_ = through; }

  [[nodiscard]] bool empty() const {
    return exceptions_.empty() && confirmed_.empty() && !reachable_ && !last_error_ && !swept_ && !catch_up_;
  }
  /// Everything but the position; afterwards this is empty.
  [[nodiscard]] storage::ProgressUpdate take();
  void restore(storage::ProgressUpdate update);

 private:
  std::unordered_map<dns::Name, storage::TaskWrite> exceptions_;
  std::unordered_map<dns::Name, std::int64_t> confirmed_;
  std::optional<bool> reachable_;
  std::optional<std::string> last_error_;
  bool swept_ = false;
  std::optional<storage::ContentMark> content_;  // with swept_
  std::optional<Bytes> upstream_;                // with swept_
  std::optional<std::int64_t> catch_up_;
};

}  // namespace minidns::pool
