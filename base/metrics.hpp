#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace minidns {

/// Only goes up. Handles are cheap to copy, live as long as their Metrics, and are safe on every thread.
class Counter {
 public:
  void increment(double by = 1) const;

 private:
  friend class Metrics;
  explicit Counter(void* impl) : impl_(impl) {}
  void* impl_;
};

class Gauge {
 public:
  void set(double value) const;
  void add(double by) const;

 private:
  friend class Metrics;
  explicit Gauge(void* impl) : impl_(impl) {}
  void* impl_;
};

class Histogram {
 public:
  void observe(double value) const;
  void observe(std::chrono::nanoseconds value) const { observe(std::chrono::duration<double>(value).count()); }

 private:
  friend class Metrics;
  explicit Histogram(void* impl) : impl_(impl) {}
  void* impl_;
};

/// A program's metrics. Names are `minidns_<program>_<noun>_<unit>[_total]`; label sets are small and closed, never a
/// zone name. Asking again for the same name and labels gives the same handle.
class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  [[nodiscard]] Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  [[nodiscard]] Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  /// `bounds`: upper bounds in seconds or octets, rising.
  [[nodiscard]] Histogram histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                                    const Labels& labels = {});

  /// Prometheus text exposition format.
  [[nodiscard]] std::string render() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Bounds for request and propagation times: 0.5 ms to 60 s.
[[nodiscard]] const std::vector<double>& latency_bounds_s();

}  // namespace minidns
