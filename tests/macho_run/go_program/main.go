// Go and C in one program for macOS, linked externally: goroutines that call C, C that calls back, a panic that is caught.
package main

/*
int twice(int);
int call_back(int);
*/
import "C"

import "runtime"

//export from_c
func from_c(x C.int) C.int { return x + 100 }

func deep(n int) (result int) {
	defer func() {
		if recovered := recover(); recovered != nil {
			result = recovered.(int)
		}
	}()
	if n == 0 {
		var words []int
		_ = words[n]
	}
	panic(n)
}

func caught() (text string) {
	defer func() { text = recover().(error).Error() }()
	var none []int
	return string(rune(none[3]))
}

func main() {
	sums := make(chan int)
	for i := 0; i < 8; i++ {
		go func(i int) {
			runtime.LockOSThread() // both calls look at one thread's variable
			sum := 0
			for k := 0; k < 100; k++ {
				sum += int(C.twice(C.int(k))) + int(C.call_back(C.int(i)))
			}
			sums <- sum
		}(i)
	}
	total := 0
	for i := 0; i < 8; i++ {
		total += <-sums
	}
	table := map[string]int{"one": 1, "two": 2}
	println(total, deep(5), caught(), table["one"]+table["two"], len(table))
}
