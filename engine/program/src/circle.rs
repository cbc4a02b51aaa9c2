//! Circles: names that rest on one another, or yield to one another, until they come back to themselves.

use std::collections::VecDeque;

/// The circles of a graph: for each its nodes in order, beginning with the lowest. A node that
/// stands in one already begins no other.
pub(crate) fn circles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut circles: Vec<Vec<usize>> = Vec::new();
    for start in 0..edges.len() {
        if circles.iter().any(|circle| circle.contains(&start)) {
            continue;
        }
        // The shortest way back to the start, breadth first.
        let mut came_from = vec![None; edges.len()];
        let mut queue = VecDeque::from([start]);
        'search: while let Some(at) = queue.pop_front() {
            for &to in &edges[at] {
                if to == start {
                    let mut circle = vec![at];
                    while let Some(before) = came_from[circle[circle.len() - 1]] {
                        circle.push(before);
                    }
                    circle.reverse();
                    circles.push(circle);
                    break 'search;
                }
                if came_from[to].is_none() {
                    came_from[to] = Some(at);
                    queue.push_back(to);
                }
            }
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::circles;

    #[test]
    fn each_circle_is_found_once_in_its_order() {
        assert_eq!(circles(&[vec![1, 2], vec![2], vec![]]), [[0; 0]; 0]);
        assert_eq!(circles(&[vec![1], vec![0]]), [[0, 1]]);
        assert_eq!(circles(&[vec![2], vec![0], vec![1]]), [[0, 2, 1]]);
        // Two circles that share nothing, and one that leads into another.
        let two = circles(&[vec![1], vec![0, 2], vec![3], vec![2]]);
        assert_eq!(two, [vec![0, 1], vec![2, 3]]);
    }
}
