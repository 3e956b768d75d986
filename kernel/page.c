// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/clockdisc: a page with the true time as a line, for programs that map it.
 *
 * A mapping of a device's own holds the device's file open and with it the module. Here the mapping is moved over to a
 * file in memory, whose code is the kernel's own: the module goes when the last descriptor is closed, the page stays for
 * as long as somebody maps it. The page is held by a reference and kept from being swapped out, so it stays in place.
 */
#include "page.h"

#include <linux/build_bug.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include <linux/vmalloc.h>

/* A wire format: nothing moves. */
static_assert(offsetof(struct clockdisc_page, seq) == 12);
static_assert(offsetof(struct clockdisc_page, interrupted) == 24);
static_assert(offsetof(struct clockdisc_page, generation) == 32);
static_assert(offsetof(struct clockdisc_page, void_raw_ns) == 96);
static_assert(sizeof(struct clockdisc_page) == 104);

static struct cdisc_page *page_of(struct file *file)
{
	return container_of(file->private_data, struct cdisc_page, dev);
}

static int page_open(struct inode *inode, struct file *file)
{
	return file->f_mode & FMODE_WRITE ? -EACCES : 0;
}

static int page_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct cdisc_page *p = page_of(file);

	if (vma->vm_pgoff || vma_pages(vma) != 1)
		return -EINVAL;
	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EACCES;
	vm_flags_clear(vma, VM_MAYWRITE | VM_MAYEXEC);
	vma_set_file(vma, p->file);
	return call_mmap(p->file, vma);
}

static const struct file_operations page_fops = {
	.owner	= THIS_MODULE,
	.open	= page_open,
	.mmap	= page_mmap,
	.llseek	= noop_llseek,
};

int cdisc_page_init(struct cdisc_page *p)
{
	int err;

	p->file = shmem_file_setup("clockdisc", PAGE_SIZE, VM_NORESERVE);
	if (IS_ERR(p->file))
		return PTR_ERR(p->file);
	mapping_set_unevictable(p->file->f_mapping);
	p->memory = shmem_read_mapping_page(p->file->f_mapping, 0);
	if (IS_ERR(p->memory)) {
		err = PTR_ERR(p->memory);
		goto err_file;
	}
	p->words = vmap(&p->memory, 1, VM_MAP, PAGE_KERNEL);
	if (!p->words) {
		err = -ENOMEM;
		goto err_memory;
	}
	memset(p->words, 0, PAGE_SIZE);
	p->words->magic = CLOCKDISC_PAGE_MAGIC;
	p->words->version = CLOCKDISC_PAGE_VERSION;
	p->words->size = sizeof(*p->words);
	set_page_dirty(p->memory);
	return 0;

err_memory:
	put_page(p->memory);
err_file:
	fput(p->file);
	return err;
}

void cdisc_page_exit(struct cdisc_page *p)
{
	struct clockdisc_page dead = { .flags = CLOCKDISC_PAGE_DEAD };

	dead.generation = p->words->generation;
	cdisc_page_write(p, &dead);
	vunmap(p->words);
	put_page(p->memory);
	fput(p->file);
}

int cdisc_page_show(struct cdisc_page *p)
{
	p->dev = (struct miscdevice){
		.minor	= MISC_DYNAMIC_MINOR,
		.name	= "clockdisc",
		.mode	= 0444,
		.fops	= &page_fops,
	};
	return misc_register(&p->dev);
}

void cdisc_page_hide(struct cdisc_page *p)
{
	misc_deregister(&p->dev);
}

void cdisc_page_write(struct cdisc_page *p, const struct clockdisc_page *words)
{
	struct clockdisc_page *to = p->words;

	WRITE_ONCE(to->seq, to->seq + 1);
	/* Odd before anything changes: pairs with the reader's second look at seq. */
	smp_wmb();
	WRITE_ONCE(to->flags, words->flags);
	WRITE_ONCE(to->state, words->state);
	WRITE_ONCE(to->generation, words->generation);
	WRITE_ONCE(to->raw_ns, words->raw_ns);
	WRITE_ONCE(to->real_ns, words->real_ns);
	WRITE_ONCE(to->rate_ppb_q16, words->rate_ppb_q16);
	WRITE_ONCE(to->half_ns, words->half_ns);
	WRITE_ONCE(to->hold_ppb_q16, words->hold_ppb_q16);
	WRITE_ONCE(to->hold_ns, words->hold_ns);
	WRITE_ONCE(to->phi_ppb_q16, words->phi_ppb_q16);
	WRITE_ONCE(to->void_raw_ns, words->void_raw_ns);
	/* Even after everything has changed: pairs with the reader's load-acquire of seq. */
	smp_wmb();
	WRITE_ONCE(to->seq, to->seq + 1);
}

void cdisc_page_alarm(struct cdisc_page *p)
{
	WRITE_ONCE(p->words->interrupted, 1);
}

void cdisc_page_calm(struct cdisc_page *p)
{
	WRITE_ONCE(p->words->interrupted, 0);
	/* Before the owner asks whether there is more: who tells of more does so first, and alarms then. */
	smp_mb();
}
